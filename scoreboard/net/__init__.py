"""NET: one provider in one run: its connections, its pace, its budget."""
