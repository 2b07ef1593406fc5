"""
Without this package it would be a claim that a deploy can be cut off anywhere: here it is, at every commit it makes.

What is harmed is the package that a deployment uploads, in the rehearsal's local AWS.
"""
