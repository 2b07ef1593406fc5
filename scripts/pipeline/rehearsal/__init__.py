"""Everything a deployment touches, on one machine: what runs here needs no account and reaches no network."""
