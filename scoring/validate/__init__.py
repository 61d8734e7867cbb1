"""How good the engine is on simulated organizations: measures, baselines, the best possible, bounds and the report."""
