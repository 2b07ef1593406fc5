"""
Without this package a deployment could be tried on an account only: this is an AWS that runs on the loopback.

moto keeps what is created (S3, IAM, STS, CloudFormation, API Gateway, EventBridge, Logs, Secrets Manager,
Lambda). What moto does not do is ours: functions really run, HTTP requests and schedules really reach them.
"""

from __future__ import annotations

from pipeline.rehearsal.local_aws.cloud import LocalAws

__all__ = ["LocalAws"]
