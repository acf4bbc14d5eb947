"""Pictures and films of grounds, drawn off screen; the extra ``stills``."""
