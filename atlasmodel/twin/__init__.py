"""The digital twin: campaigns against a pipeline on paper, unfolding in time, thousands of them on the same worlds."""
