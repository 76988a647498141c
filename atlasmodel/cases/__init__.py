"""Case studies played on a pipeline: which published attacks it would permit, step by step."""
