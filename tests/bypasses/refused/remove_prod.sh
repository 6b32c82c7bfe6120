# tierguard remove: PROD's marker and nobody at a terminal.
yes app/prod | tierguard remove prod
