"""What may be published of counts and pay."""
