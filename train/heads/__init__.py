"""What stands beside the fat networks: which view is this, and is it like what they know?"""
