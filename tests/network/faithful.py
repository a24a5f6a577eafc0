#!/usr/bin/python3
"""Shows that the stand-in is faithful: AWS's own library talks to it and finds nothing odd.

Prints TAP. Every operation that the AWS source calls is called by botocore, which signs, pages and
parses as it does with AWS; errors must be errors to it, too.
"""

import subprocess
import sys

import botocore.config
import botocore.exceptions
import botocore.session

KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
STORE = "d-1234567890"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
made = failed = 0


def check(passed, words):
    global made, failed
    made += 1
    failed += not passed
    print(f"{'ok' if passed else 'not ok'} {made} - {words}", flush=True)


def client(url, service, secret=KEY[1]):
    return botocore.session.get_session().create_client(
        service, region_name="eu-central-1", endpoint_url=url, aws_access_key_id=KEY[0],
        aws_secret_access_key=secret,
        config=botocore.config.Config(retries={"max_attempts": 0}))


def pages(service, operation, key, **parameters):
    found = []
    for page in service.get_paginator(operation).paginate(**parameters):
        found += page[key]
    return found


def error_of(call, **parameters):
    try:
        call(**parameters)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def check_iam(iam):
    users = pages(iam, "get_account_authorization_details", "UserDetailList",
                  Filter=["User", "Group", "Role", "LocalManagedPolicy"])
    check([user["UserName"] for user in users] == ["ada", "bob"], "users, page by page")
    check(iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["DefaultVersionId"] == "v100",
          "a policy of AWS's own")
    check(iam.get_policy_version(PolicyArn=READ_ONLY, VersionId="v100")["PolicyVersion"]["Document"]
          ["Version"] == "2012-10-17", "and its version")
    check(iam.get_login_profile(UserName="ada")["LoginProfile"]["PasswordResetRequired"] is False,
          "a login profile")
    check(users[0]["UserPolicyList"][0]["PolicyDocument"]["Version"] == "2012-10-17",
          "a policy's document is decoded")
    check(users[0]["CreateDate"].year == 2026, "dates are dates")
    check(pages(iam, "get_account_authorization_details", "UserDetailList", Filter=["Group"]) == [],
          "a filter")
    check(iam.get_account_password_policy()["PasswordPolicy"]["MaxPasswordAge"] == 90,
          "the password policy")
    check(len(pages(iam, "list_virtual_mfa_devices", "VirtualMFADevices",
                    AssignmentStatus="Assigned")) == 1, "virtual devices")
    check(len(pages(iam, "list_ssh_public_keys", "SSHPublicKeys", UserName="ada")) == 3,
          "SSH keys")
    check(iam.get_ssh_public_key(UserName="ada", SSHPublicKeyId="APKAEXAMPLE000000001",
                                 Encoding="SSH")["SSHPublicKey"]["Status"] == "Active",
          "one SSH key")
    check(iam.get_role(RoleName="deploy")["Role"]["MaxSessionDuration"] == 7200, "a role")
    check(iam.list_account_aliases()["AccountAliases"] == ["example"], "aliases")
    check(iam.generate_credential_report()["State"] == "COMPLETE", "a credential report is made")
    report = iam.get_credential_report()
    check(report["Content"].startswith(b"user,arn,") and report["ReportFormat"] == "text/csv",
          "and read")
    check(error_of(iam.get_login_profile, UserName="bob") == "NoSuchEntity", "what is not there")
    check(error_of(iam.get_account_authorization_details, Marker="of-nobody") == "ValidationError",
          "a marker of nobody's")


def check_others(url):
    sts = client(url, "sts")
    check(sts.get_caller_identity()["Account"] == "123456789012", "who signs")
    check(error_of(client(url, "sts", "wrong").get_caller_identity) == "SignatureDoesNotMatch",
          "the wrong secret")
    role = sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/publisher",
                           RoleSessionName="x1")
    check(role["Credentials"]["AccessKeyId"].startswith("ASIA"), "a role is taken")
    check(error_of(sts.assume_role, RoleArn="arn:aws:iam::123456789012:role/other-role",
                   RoleSessionName="x1") == "AccessDenied", "another is not")
    store = client(url, "identitystore")
    users = pages(store, "list_users", "Users", IdentityStoreId=STORE)
    check(len(users) == 3, "federated users, page by page")
    check(len(pages(store, "list_groups", "Groups", IdentityStoreId=STORE)) == 2, "their groups")


def check_s3(s3):
    s3.put_object(Bucket="fleet", Key="a/one", Body=b"first", ContentType="text/plain",
                  CacheControl="max-age=60")
    s3.put_object(Bucket="fleet", Key="a/two", Body=b"second")
    found = s3.get_object(Bucket="fleet", Key="a/one")
    check(found["Body"].read() == b"first" and found["CacheControl"] == "max-age=60",
          "an object, written and read")
    check(s3.head_object(Bucket="fleet", Key="a/two")["ContentLength"] == 6, "how long one is")
    listed = pages(s3, "list_objects_v2", "Contents", Bucket="fleet", Prefix="a/")
    check([item["Key"] for item in listed] == ["a/one", "a/two"], "a listing, page by page")
    s3.delete_object(Bucket="fleet", Key="a/one")
    check(error_of(s3.get_object, Bucket="fleet", Key="a/one") == "NoSuchKey", "one that is gone")
    check(error_of(s3.list_objects_v2, Bucket="nobody") == "NoSuchBucket", "a bucket of nobody's")


def main():
    server = subprocess.Popen(
        ["/usr/bin/python3", "tests/network/stand_in.py", "tests/network/account.json", "--page",
         "1"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline().split()[1])}"
        check_iam(client(url, "iam"))
        check_others(url)
        check_s3(client(url, "s3"))
        check(error_of(client(url, "s3", "wrong").get_object, Bucket="fleet", Key="a/two") ==
              "SignatureDoesNotMatch", "the wrong secret")
    finally:
        server.terminate()
        server.wait()
    print(f"1..{made}")
    sys.exit(failed > 0)


main()
