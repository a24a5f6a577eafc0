#!/usr/bin/python3
"""A stand-in for IAM, STS, the JSON services and instance metadata, for tests of the AWS source.

    stand_in.py FIXTURE [--page N] [--pretty] [--port N] [--tls CERTIFICATE KEY [--old-tls]]

Prints "listening PORT" and serves 127.0.0.1 until its end. What it answers is rendered from
botocore's service models, so that a field which AWS does not have cannot slip in; signatures are
checked with botocore's signer. FIXTURE: {"account", "keys": {ID: {"secret", "token", "arn", "id"}},
SERVICE: {OPERATION: [{"when": {...}, "by": ARN, "result": {...} or "error": CODE}]},
"metadata": {PATH: TEXT}, "buckets": {NAME: "PRIVATE" or "PUBLIC"}}; "by" is the ARN of the key that must have signed.

Beside the services: POST /_fault (a list of what to do with the next requests; one with an "action"
waits for it, and those behind it wait too), POST /_allow (a list of actions; anything else is
AccessDenied), GET /_calls (how often each was called).
"""

import argparse
import base64
import copy
import datetime
import hmac
import http.server
import json
import ssl
import sys
import threading
import time
import urllib.parse
import xml.sax.saxutils

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.loaders
import botocore.model
import botocore.validate

import stand_in_s3

SERVICES = {"iam": "iam", "sts": "sts", "ssm": "ssm", "secretsmanager": "secretsmanager",
            "identitystore": "identitystore", "sso": "sso-admin"}
STATUS_OF = {"NoSuchEntity": 404, "Throttling": 400, "ValidationError": 400, "AccessDenied": 403,
             "InvalidClientTokenId": 403, "ExpiredToken": 403, "SignatureDoesNotMatch": 403,
             "IncompleteSignature": 400, "MissingAuthenticationToken": 403, "RequestExpired": 400,
             "ServiceFailure": 500, "ServiceUnavailable": 503, "ExpiredTokenException": 400,
             "ReportNotPresent": 410, "ReportExpired": 410, "ReportInProgress": 404}
MESSAGE_OF = {"Throttling": "Rate exceeded"}
CLOCK_WINDOW = datetime.timedelta(minutes=5)
METADATA_TOKEN = "TOKEN-OF-METADATA=="


class Refusal(Exception):
    """An answer that is an error of AWS's."""

    def __init__(self, code, message=None):
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGE_OF.get(code, "the request was refused")


def change(into, by):
    """Members of objects are changed one by one, anything else as a whole."""
    for name, value in by.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            change(into[name], value)
        else:
            into[name] = value


class Service:
    """One service's model: what goes in, what comes out."""

    def __init__(self, name):
        loader = botocore.loaders.Loader()
        self.name = name
        self.model = botocore.model.ServiceModel(
            loader.load_service_model(SERVICES[name], "service-2"), SERVICES[name])
        self.pages = loader.load_service_model(SERVICES[name], "paginators-1")["pagination"]
        self.is_query = self.model.metadata["protocol"] == "query"

    def operation(self, name):
        if name not in self.model.operation_names:
            raise Refusal("InvalidAction")
        return self.model.operation_model(name)

    def check_input(self, operation, parameters):
        shape = operation.input_shape
        if shape is None:
            return
        report = botocore.validate.ParamValidator().validate(parameters, shape)
        if report.has_errors():
            raise Refusal("ValidationError", report.generate_report())


def unflatten(shape, form, prefix=""):
    """Parameters of the Query API ("Filter.member.1=User") as the model's structure."""
    if shape.type_name == "structure":
        found = {}
        for name, member in shape.members.items():
            value = unflatten(member, form, f"{prefix}{name}")
            if value is not None:
                found[name] = value
        return found or (None if prefix else {})
    if shape.type_name == "list":
        values = []
        while True:
            value = unflatten(shape.member, form, f"{prefix}.member.{len(values) + 1}")
            if value is None:
                return values or None
            values.append(value)
    if prefix not in form:
        return None
    text = form.pop(prefix)
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name == "boolean":
        return text == "true"
    return text


class Renderer:
    """A result as XML, by the output shape. What the shape does not have is an error of the test's."""

    def __init__(self, pretty):
        self.pretty = pretty

    def element(self, name, inside, depth):
        if self.pretty and inside.startswith("<"):
            blank = "\n" + "  " * depth
            return f"{blank}<{name}>{inside}{blank}</{name}>"
        blank = "\n" + "  " * depth if self.pretty else ""
        return f"{blank}<{name}>{inside}</{name}>"

    def value(self, shape, value, depth):
        if shape.type_name == "structure":
            return self.structure(shape, value, depth)
        if shape.type_name == "list":
            member = shape.member
            name = member.serialization.get("name", "member")
            return "".join(self.element(name, self.value(member, item, depth + 1), depth)
                           for item in value)
        if shape.type_name == "timestamp":
            return value
        if shape.type_name == "boolean":
            return "true" if value else "false"
        if shape.type_name == "blob":
            return base64.b64encode(value.encode()).decode()
        if shape.name == "policyDocumentType" and not isinstance(value, str):
            return urllib.parse.quote(json.dumps(value), safe="-_.~")
        return xml.sax.saxutils.escape(str(value))

    def structure(self, shape, value, depth):
        unknown = set(value) - set(shape.members)
        if unknown:
            raise ValueError(f"{shape.name} has no {sorted(unknown)}")
        names = list(shape.members)
        if self.pretty:  # the order of elements is not promised
            names.reverse()
        return "".join(self.element(name, self.value(shape.members[name], value[name], depth + 1),
                                    depth) for name in names if name in value)


class Account:
    """The fixture, and what was asked of it."""

    def __init__(self, fixture, page):
        self.fixture = fixture
        self.page = page
        self.services = {name: Service(name) for name in SERVICES}
        self.lock = threading.Lock()
        self.calls = {}
        self.faults = []
        self.allowed = None
        self.markers = {}
        self.objects = {}  # of S3, by bucket and key

    def next_fault(self, action):
        """The first one, unless it waits for another action."""
        with self.lock:
            if not self.faults or self.faults[0].get("action", action) != action:
                return None
            return self.faults.pop(0)

    def count(self, action):
        with self.lock:
            self.calls[action] = self.calls.get(action, 0) + 1

    def answer(self, service, name, parameters, key):
        """The result of one call, a page of it where it is one of many."""
        operation = service.operation(name)
        service.check_input(operation, parameters)
        if self.allowed is not None and f"{service.name}:{name}" not in self.allowed and \
                name != "GetCallerIdentity":
            raise Refusal("AccessDenied", f"not authorized to perform: {service.name}:{name}")
        if name == "GetCallerIdentity" and key:
            return {"Arn": key["arn"], "UserId": key["id"], "Account": key.get("account", self.fixture["account"])}
        for row in self.fixture.get(service.name, {}).get(name, []):
            wanted = row.get("when", {})
            if "by" in row and (not key or row["by"] != key["arn"]):
                continue
            if all(parameters.get(k) == v for k, v in wanted.items()):
                if "error" in row:
                    raise Refusal(row["error"])
                return self.paged(service, name, parameters, row["result"])
        raise Refusal("NoSuchEntity" if service.is_query else "ResourceNotFoundException")

    def paged(self, service, name, parameters, result):
        rule = service.pages.get(name)
        if not rule:
            return result
        keys = rule["result_key"] if isinstance(rule["result_key"], list) else [rule["result_key"]]
        items = [(key, item) for key in keys for item in result.get(key, [])
                 if self.is_wanted(name, key, parameters)]
        limit = min(parameters.get(rule["limit_key"], 100), self.page)
        start = self.start_of(name, parameters, rule)
        page = {key: value for key, value in copy.copy(result).items() if key not in keys}
        page.update({key: [] for key in keys})
        for key, item in items[start:start + limit]:
            page[key].append(item)
        more = start + limit < len(items)
        if "more_results" in rule:
            page[rule["more_results"]] = more
        if more:
            token = base64.b64encode(f"{name}?/{start + limit}>>>".encode()).decode()
            with self.lock:
                self.markers[token] = (name, start + limit, self.others(parameters, rule))
            page[rule["output_token"]] = token
        return page

    @staticmethod
    def others(parameters, rule):
        return {k: v for k, v in parameters.items() if k != rule["input_token"]}

    @staticmethod
    def is_wanted(name, key, parameters):
        kinds = {"UserDetailList": "User", "GroupDetailList": "Group", "RoleDetailList": "Role",
                 "Policies": "LocalManagedPolicy"}
        if name != "GetAccountAuthorizationDetails" or "Filter" not in parameters:
            return True
        return kinds[key] in parameters["Filter"]

    def start_of(self, name, parameters, rule):
        token = parameters.get(rule["input_token"])
        if not token:
            return 0
        known = self.markers.get(token)
        if not known or known[0] != name or known[2] != self.others(parameters, rule):
            raise Refusal("ValidationError", "the marker is of another request")
        return known[1]


class Signature:
    """What a request's Authorization header says, checked by botocore's signer."""

    def __init__(self, handler, body):
        self.handler = handler
        self.body = body

    def check(self, account):
        header = self.handler.headers.get("Authorization")
        if not header:
            raise Refusal("MissingAuthenticationToken")
        try:
            scheme, rest = header.split(" ", 1)
            parts = dict(part.strip().split("=", 1) for part in rest.split(","))
            key_id, day, region, service, end = parts["Credential"].split("/")
        except (ValueError, KeyError):
            raise Refusal("IncompleteSignature") from None
        if scheme != "AWS4-HMAC-SHA256" or end != "aws4_request":
            raise Refusal("IncompleteSignature")
        key = account.fixture["keys"].get(key_id)
        if not key or key.get("token") != self.handler.headers.get("X-Amz-Security-Token"):
            raise Refusal("InvalidClientTokenId", "The security token included in the request is "
                          "invalid.")
        if key.get("expired"):
            raise Refusal("ExpiredToken")
        self.check_headers(parts["SignedHeaders"].split(";"))
        stamp = self.handler.headers["X-Amz-Date"]
        self.check_clock(stamp, day)
        wanted = self.signature(key_id, key, region, service, stamp, parts["SignedHeaders"])
        if not hmac.compare_digest(wanted, parts["Signature"]):
            raise Refusal("SignatureDoesNotMatch", "The request signature we calculated does not "
                          "match the signature you provided.")
        return key, service, region

    def check_headers(self, signed):
        sent = [name.lower() for name in self.handler.headers]
        must = {name for name in sent if name == "host" or name.startswith("x-amz-")}
        if signed != sorted(signed) or not must <= set(signed):
            raise Refusal("SignatureDoesNotMatch", "a header that must be signed is not")

    def check_clock(self, stamp, day):
        try:
            when = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
        except ValueError:
            raise Refusal("IncompleteSignature") from None
        now = datetime.datetime.utcnow() + datetime.timedelta(seconds=self.handler.server.ahead)
        if stamp[:8] != day:
            raise Refusal("SignatureDoesNotMatch", "the day of the scope is another")
        if when < now - CLOCK_WINDOW:
            raise Refusal("SignatureDoesNotMatch", f"Signature expired: {stamp} is now earlier "
                          "than the window")
        if when > now + CLOCK_WINDOW:
            raise Refusal("SignatureDoesNotMatch", f"Signature not yet current: {stamp}")

    def signature(self, key_id, key, region, service, stamp, signed):
        """Private parts of botocore are used here and nowhere else."""
        headers = {name: self.handler.headers[name] for name in signed.split(";")}
        request = botocore.awsrequest.AWSRequest(
            method=self.handler.command, headers=headers, data=self.body,
            url=f"http://{self.handler.headers['Host']}{self.handler.path}")
        request.context["timestamp"] = stamp
        request.context["payload_signing_enabled"] = True
        credentials = botocore.credentials.Credentials(key_id, key["secret"], key.get("token"))
        kind = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        signer = kind(credentials, service, region)
        canonical = signer.canonical_request(request)
        return signer.signature(signer.string_to_sign(request, canonical), request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # else a small packet waits for the one before

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(time.time() + self.server.ahead)

    def send(self, code, content_type, body, extra=()):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in extra:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # What tests say to the stand-in itself.

    def control(self, body):
        account = self.server.account
        if self.path == "/_fault":
            with account.lock:
                account.faults = json.loads(body)
        elif self.path == "/_allow":
            account.allowed = json.loads(body)
        elif self.path == "/_clock":
            self.server.ahead = json.loads(body)
        elif self.path == "/_fixture":
            account.fixture = json.loads(body)
        elif self.path == "/_forget":
            account.calls = {}
        elif self.path != "/_calls":
            return self.send(404, "text/plain", "")
        return self.send(200, "application/json", json.dumps(account.calls))

    # Instance metadata and the container's credentials.

    def is_of_s3(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return stand_in_s3.serve(self, body,
                                 lambda: Signature(self, body).check(self.server.account))

    def do_HEAD(self):
        if not self.is_of_s3():
            self.send(404, "text/plain", "")

    def do_DELETE(self):
        self.do_HEAD()

    def do_PUT(self):
        if self.is_of_s3():
            return None
        if self.path != "/latest/api/token" or \
                not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "").isdigit():
            return self.send(404, "text/plain", "")
        self.server.account.count("metadata:token")
        return self.send(200, "text/plain", METADATA_TOKEN)

    def do_GET(self):
        metadata = self.server.account.fixture.get("metadata", {})
        if self.path.startswith("/_"):
            return self.control(b"")
        if self.is_of_s3():
            return None
        self.server.account.count(f"metadata:{self.path}")
        if self.path.startswith("/latest/") and \
                self.headers.get("X-aws-ec2-metadata-token") != METADATA_TOKEN:
            return self.send(401, "text/plain", "")
        if self.path.startswith("/container") and self.headers.get("Authorization") != \
                self.server.account.fixture.get("container_authorization"):
            return self.send(401, "text/plain", "")
        if self.path not in metadata:
            return self.send(404, "text/plain", "")
        value = metadata[self.path]
        return self.send(200, "text/plain", value if isinstance(value, str) else json.dumps(value))

    # The services.

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/_"):
            return self.control(body)
        fault = self.server.account.next_fault(self.action(body))
        if fault and self.fail(fault):
            return None
        target = self.headers.get("X-Amz-Target")
        try:
            return self.serve(target, body)
        except Refusal as refusal:
            return self.refuse(refusal, target)

    def action(self, body):
        target = self.headers.get("X-Amz-Target")
        if target:
            return target.split(".", 1)[-1]
        return body.partition(b"Action=")[2].partition(b"&")[0].decode("ascii", "replace")

    def serve(self, target, body):
        account = self.server.account
        if target:
            prefix, name = target.split(".", 1)
            service = next((s for s in account.services.values()
                            if s.model.metadata.get("targetPrefix") == prefix), None)
            parameters = json.loads(body)
        else:
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True,
                                               strict_parsing=True))
            name, version = form.pop("Action", ""), form.pop("Version", "")
            service = next((s for s in account.services.values()
                            if s.is_query and s.model.api_version == version), None)
            parameters = None
        if service is None:
            raise Refusal("InvalidAction")
        account.count(f"{service.name}:{name}")
        key = None
        if name != "AssumeRoleWithWebIdentity":
            key, scope, _ = Signature(self, body).check(account)
            if scope != service.model.signing_name:
                raise Refusal("SignatureDoesNotMatch", "Credential should be scoped to the service")
        if parameters is None:
            shape = service.operation(name).input_shape
            parameters = unflatten(shape, form) if shape else {}
            if form:
                raise Refusal("ValidationError", f"unknown parameters: {sorted(form)}")
        result = account.answer(service, name, parameters, key)
        if not service.is_query:
            return self.send(200, "application/x-amz-json-1.1", json.dumps(result))
        return self.send(200, "text/xml", self.reply(service, name, result))

    def reply(self, service, name, result):
        output = service.operation(name).output_shape
        inside = Renderer(self.server.pretty).structure(output, result, 2)
        return (f'<{name}Response xmlns="{service.model.metadata["xmlNamespace"]}">'
                f"<{name}Result>{inside}</{name}Result><ResponseMetadata>"
                f"<RequestId>00000000-0000-4000-8000-000000000001</RequestId>"
                f"</ResponseMetadata></{name}Response>")

    def refuse(self, refusal, target=None):
        status = STATUS_OF.get(refusal.code, 400)
        if target:
            return self.send(status, "application/x-amz-json-1.1",
                             json.dumps({"__type": f"com.example#{refusal.code}",
                                         "message": refusal.message}))
        kind = "Receiver" if status >= 500 else "Sender"
        return self.send(status, "text/xml",
                         f"<ErrorResponse><Error><Type>{kind}</Type><Code>{refusal.code}</Code>"
                         f"<Message>{xml.sax.saxutils.escape(refusal.message)}</Message></Error>"
                         f"<RequestId>00000000-0000-4000-8000-000000000002</RequestId>"
                         f"</ErrorResponse>")

    def fail(self, fault):
        """True when the fault is the whole answer."""
        kind = fault["kind"]
        self.server.account.count(f"fault:{kind}")
        if kind == "pass":
            return False
        if kind == "error":
            self.refuse(Refusal(fault["code"]), self.headers.get("X-Amz-Target"))
        elif kind == "raw":
            self.send(fault.get("status", 200), fault.get("type", "text/xml"), fault["body"])
        elif kind == "redirect":
            self.send(301, "text/html", "", [("Location", fault["to"])])
        elif kind == "big":
            self.send(200, "text/xml", b"<XResponse>" + b" " * fault["bytes"])
        elif kind == "reset":
            self.close_connection = True
        elif kind == "cut":  # says more than it sends, or less
            body = fault["body"].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body) + fault.get("more", 100)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
        elif kind == "drip":  # a byte now and then
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            for _ in range(fault["bytes"]):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
            self.close_connection = True
        elif kind == "slow":
            time.sleep(fault["seconds"])
            return False
        elif kind == "change":  # of the fixture, before this request is answered
            change(self.server.account.fixture, fault["to"])
            return False
        else:
            raise ValueError(f"no such fault: {kind}")
        return True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, options):
        super().__init__(("127.0.0.1", options.port), Handler)
        with open(options.fixture, encoding="utf-8") as fixture:
            self.account = Account(json.load(fixture), options.page)
        self.pretty = options.pretty
        self.ahead = 0
        if options.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*options.tls)
            if options.old_tls:
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fixture")
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--pretty", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--old-tls", action="store_true", help="TLS 1.1 at most")
    server = Server(parser.parse_args())
    print(f"listening {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
