"""The stand-in's buckets: GetObject, HeadObject, PutObject, DeleteObject and ListObjectsV2.

A bucket is a name in the fixture's "buckets"; objects live as long as the stand-in. "PUBLIC" buckets
are read by whoever asks, as behind a content delivery network. A bucket stands in the path, or in
the Host header as "BUCKET.s3.REGION.amazonaws.com".
"""

import email.utils
import hashlib
import time
import urllib.parse
import xml.sax.saxutils

STATUS_OF = {"NoSuchKey": 404, "NoSuchBucket": 404, "AccessDenied": 403, "SlowDown": 503,
             "InternalError": 500, "SignatureDoesNotMatch": 403, "InvalidAccessKeyId": 403,
             "RequestTimeTooSkewed": 403, "ExpiredToken": 400, "InvalidArgument": 400,
             "MissingSecurityHeader": 400, "XAmzContentSHA256Mismatch": 400,
             "AuthorizationHeaderMalformed": 400, "MethodNotAllowed": 405}
ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
# What the check of signatures says, in the words of S3.
S3_CODE_OF = {"InvalidClientTokenId": "InvalidAccessKeyId",
              "MissingAuthenticationToken": "AccessDenied",
              "IncompleteSignature": "AuthorizationHeaderMalformed"}


class S3Refusal(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = S3_CODE_OF.get(code, code)


class Object:
    def __init__(self, body, headers):
        self.body = body
        self.type = headers.get("Content-Type", "binary/octet-stream")
        self.cache = headers.get("Cache-Control")
        self.tag = f'"{hashlib.md5(body).hexdigest()}"'
        self.date = time.time()


def place_of(handler):
    """The bucket and the rest of the path, or None when the request is none of S3's."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(handler.path).path)
    host = handler.headers.get("Host", "").split(":")[0]
    buckets = handler.server.account.fixture.get("buckets", {})
    if ".s3." in host and host.split(".s3.")[0] in buckets:
        return host.split(".s3.")[0], path[1:]
    bucket, _, key = path[1:].partition("/")
    return (bucket, key) if bucket in buckets or "/s3/aws4_request" in handler.headers.get(
        "Authorization", "") else None


def serve(handler, body, signature):
    """True when the request was S3's, and is answered."""
    place = place_of(handler)
    if place is None:
        return False
    fault = handler.server.account.next_fault(handler.command)
    if fault and fault["kind"] == "error":
        handler.server.account.count("fault:error")
        refuse(handler, fault["code"])
    elif not fault or not handler.fail(fault):
        try:
            answer(handler, place, body, signature)
        except S3Refusal as refusal:
            refuse(handler, refusal.code)
    return True


def refuse(handler, code):
    send(handler, STATUS_OF.get(code, 400), "application/xml",
         f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>refused: {code}'
         "</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>".encode())


def send(handler, code, content_type, body, extra=()):
    if handler.command == "HEAD":
        handler.send_response(code)
        for name, value in (("Content-Type", content_type), ("Content-Length", str(len(body))),
                            *extra):
            handler.send_header(name, value)
        handler.end_headers()
    else:
        handler.send(code, content_type, body, extra)


def authorize(handler, bucket, action, body, signature):
    account = handler.server.account
    is_public = account.fixture["buckets"].get(bucket) == "PUBLIC"
    if is_public and action == "GetObject" and "Authorization" not in handler.headers:
        return
    sent = handler.headers.get("X-Amz-Content-SHA256")
    if not sent:
        raise S3Refusal("MissingSecurityHeader")
    if sent != "UNSIGNED-PAYLOAD" and sent != hashlib.sha256(body).hexdigest():
        raise S3Refusal("XAmzContentSHA256Mismatch")
    _, service, _ = signature()
    if service != "s3":
        raise S3Refusal("AuthorizationHeaderMalformed")
    if account.allowed is not None and f"s3:{action}" not in account.allowed:
        raise S3Refusal("AccessDenied")


def answer(handler, place, body, signature):
    account = handler.server.account
    bucket, key = place
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query,
                                        keep_blank_values=True))
    is_listing = not key and handler.command == "GET"
    action = "ListBucket" if is_listing else ACTIONS[handler.command]
    account.count(f"s3:{action}")
    try:
        authorize(handler, bucket, action, body, signature)
    except S3Refusal:
        raise
    except Exception as refusal:  # of the stand-in's own kind
        raise S3Refusal(refusal.code) from None
    if bucket not in account.fixture["buckets"]:
        raise S3Refusal("NoSuchBucket")
    with account.lock:
        objects = account.objects.setdefault(bucket, {})
    if is_listing:
        return list_objects(handler, bucket, objects, query)
    if handler.command == "PUT":
        with account.lock:
            objects[key] = Object(body, handler.headers)
        return send(handler, 200, "text/plain", b"", [("ETag", objects[key].tag)])
    if handler.command == "DELETE":
        with account.lock:
            objects.pop(key, None)
        return send(handler, 204, "text/plain", b"")
    return send_object(handler, objects.get(key))


def send_object(handler, found):
    if found is None:
        raise S3Refusal("NoSuchKey")
    extra = [("ETag", found.tag), ("Last-Modified", email.utils.formatdate(found.date, usegmt=True))]
    if found.cache:
        extra.append(("Cache-Control", found.cache))
    if handler.headers.get("If-None-Match") == found.tag:
        handler.send_response(304)
        handler.send_header("ETag", found.tag)
        handler.end_headers()
        return None
    return send(handler, 200, found.type, found.body, extra)


def list_objects(handler, bucket, objects, query):
    if query.get("list-type") != "2":
        raise S3Refusal("InvalidArgument")
    prefix = query.get("prefix", "")
    token = query.get("continuation-token")
    limit = min(int(query.get("max-keys", 1000)), handler.server.account.page)
    if token is not None and not token.startswith("token+/="):
        raise S3Refusal("InvalidArgument")
    after = token[len("token+/="):] if token else ""
    keys = sorted(key for key in objects if key.startswith(prefix) and key > after)
    page, is_cut = keys[:limit], len(keys) > limit
    escape = xml.sax.saxutils.escape
    contents = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
        f"<ETag>{escape(objects[key].tag)}</ETag><Size>{len(objects[key].body)}</Size>"
        f"<StorageClass>STANDARD</StorageClass></Contents>" for key in page)
    more = f"<NextContinuationToken>token+/={escape(page[-1])}</NextContinuationToken>" \
        if is_cut else ""
    send(handler, 200, "application/xml",
         f'<?xml version="1.0" encoding="UTF-8"?>\n'
         f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{bucket}</Name>'
         f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(page)}</KeyCount><MaxKeys>{limit}"
         f"</MaxKeys><IsTruncated>{'true' if is_cut else 'false'}</IsTruncated>{contents}{more}"
         f"</ListBucketResult>".encode())
