"""Work: which state or event asks for which work item, and its synchronisation."""
