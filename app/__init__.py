"""InstaInstru: the reference backend that lives behind tierguard."""
