"""What finds paths and cuts: steps as moves by number, least costs, cheapest proofs, walks."""
