"""How the attacker gets there: the attack graph, its paths and trees."""
