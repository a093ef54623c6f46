"""A build context becomes an image; a base is bootstrapped where no registry has one."""
