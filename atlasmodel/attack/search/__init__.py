"""What can be asked of an attack graph for one goal: its best paths, the cheapest proof, choke points and cuts."""
