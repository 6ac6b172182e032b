"""Priority: what decides the position of a work item, and its explanation."""
