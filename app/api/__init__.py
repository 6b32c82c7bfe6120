"""The HTTP interface. It has no authentication: InstaInstru is here to show what lies behind it."""
