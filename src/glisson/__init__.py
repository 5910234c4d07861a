"""glisson: safety and efficacy of liver-directed cancer therapies."""
