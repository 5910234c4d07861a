"""Medicine without statistics: records, their problems, endpoints."""
