"""What the server says: events and entities, what they ask for, and what is known of a content. No I/O."""
