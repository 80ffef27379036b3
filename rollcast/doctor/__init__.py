"""What `rollcast doctor` looks at: this machine and its libraries, the registry, and what the service would find."""
