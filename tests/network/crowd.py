#!/usr/bin/python3
"""Makes a large account of the small one in account.json, as a fixture of the stand-in.

    crowd.py USERS GROUPS ROLES >FIXTURE

Beside those of account.json so many users, groups and roles below /host/; every tenth user has a
login profile, and the credential report tells so. It says no word of the last user, who came after it.
"""

import json
import os
import sys

ACCOUNT = "123456789012"
ALLOW = {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Action": "host:Login", "Resource": "*"}]}
TRUST = {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]}
COLUMNS = ("user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
           "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated")
ATTACHED = [{"PolicyName": "hosts", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/hosts"}]


def arn(kind, name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:{kind}{path}{name}"


def user(number, groups):
    name = f"user-{number:05}"
    return {"Path": "/", "UserName": name, "UserId": f"AIDACROWD{number:012}",
            "Arn": arn("user", name), "CreateDate": "2026-01-02T03:04:05Z",
            "GroupList": [f"group-{(number + i) % groups:03}" for i in range(min(groups, 3))],
            "AttachedManagedPolicies": ATTACHED,
            "Tags": [{"Key": "UnixGecos", "Value": f"User {number}"}, {"Key": "team", "Value": "blue"}]}


def group(number):
    name = f"group-{number:03}"
    return {"Path": "/", "GroupName": name, "GroupId": f"AGPACROWD{number:012}",
            "Arn": arn("group", name), "CreateDate": "2026-01-02T03:04:05Z",
            "GroupPolicyList": [{"PolicyName": "login", "PolicyDocument": ALLOW}],
            "AttachedManagedPolicies": []}


def role(number):
    name = f"role-{number:04}"
    return {"Path": "/host/", "RoleName": name, "RoleId": f"AROACROWD{number:012}",
            "Arn": arn("role", name, "/host/"), "CreateDate": "2026-01-02T03:04:05Z",
            "AssumeRolePolicyDocument": TRUST, "InstanceProfileList": [], "RolePolicyList": [],
            "AttachedManagedPolicies": [], "Tags": []}


def one_role(number):
    name = f"role-{number:04}"
    return {"when": {"RoleName": name},
            "result": {"Role": {"Path": "/host/", "RoleName": name,
                                "RoleId": f"AROACROWD{number:012}", "Arn": arn("role", name, "/host/"),
                                "CreateDate": "2026-01-02T03:04:05Z", "MaxSessionDuration": 7200}}}


def profile(number):
    name = f"user-{number:05}"
    return {"when": {"UserName": name},
            "result": {"LoginProfile": {"UserName": name, "CreateDate": "2026-01-02T03:04:05Z",
                                        "PasswordResetRequired": number == 0}}}


def row(name, its_arn, has_password):
    rest = "2026-05-01T00:00:00+00:00,2026-04-01T00:00:00+00:00,N/A" if has_password else "N/A,N/A,N/A"
    return f"{name},{its_arn},2026-01-02T03:04:05+00:00,{str(has_password).lower()},{rest},false,true,N/A"


def report(details, passwords):
    rows = [COLUMNS, row("<root_account>", arn("root", "", ""), True)]
    rows += [row(one["UserName"], one["Arn"], one["UserName"] in passwords) for one in details[:-1]]
    return "\n".join(rows)


def main():
    users, groups, roles = map(int, sys.argv[1:4])
    with open(os.path.join(os.path.dirname(__file__), "account.json"), encoding="utf-8") as small:
        fixture = json.load(small)
    iam = fixture["iam"]
    whole = iam["GetAccountAuthorizationDetails"][-1]["result"]
    whole["UserDetailList"] += [user(number, groups) for number in range(users)]
    whole["GroupDetailList"] += [group(number) for number in range(groups)]
    whole["RoleDetailList"] += [role(number) for number in range(roles)]
    iam["GetRole"] += [one_role(number) for number in range(roles)]
    iam["GetLoginProfile"] += [profile(number) for number in range(0, users, 10)]
    passwords = {rule["when"]["UserName"] for rule in iam["GetLoginProfile"]}
    iam["GetCredentialReport"] = [
        {"result": {"Content": report(whole["UserDetailList"], passwords),
                    "ReportFormat": "text/csv", "GeneratedTime": "2026-06-01T00:00:00Z"}}]
    json.dump(fixture, sys.stdout)


main()
