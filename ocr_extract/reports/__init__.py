"""What people and programs read: tables, exports, pictures."""
