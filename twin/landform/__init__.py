"""How ground changes shape over years: creep, streams, and where slopes give way."""
