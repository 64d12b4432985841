"""Signatures: whether ink or type is one, how it was made, and whether its legible part names the
signer.
"""
