"""The server's side of a Windows login, by implementations of others: NTLM by pyspnego, Kerberos by MIT.

    acceptor.py ntlm [CERTIFICATE]  users in the file NTLM_USER_FILE, DOMAIN:USER:PASSWORD a line
    acceptor.py kerberos            the service's key in the keytab KRB5_KTNAME

A line of base64 comes for each token. The answer is a line of JSON: {"token": BASE64, "account": who it
is, once it is known} or {"refused": why}. To the CERTIFICATE, a PEM file, the client has to be bound.
"""

import base64
import hashlib
import json
import ssl
import sys


def ntlm(certificate):
    import spnego
    from spnego.channel_bindings import GssChannelBindings

    binding = None
    if certificate:
        with open(certificate) as pem:
            digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read())).digest()
        binding = GssChannelBindings(application_data=b"tls-server-end-point:" + digest)
    context = spnego.server(protocol="ntlm", channel_bindings=binding)
    return lambda token: (context.step(token), context.client_principal if context.complete else None)


def kerberos():
    import gssapi

    context = gssapi.SecurityContext(usage="accept")

    def step(token):
        answer = context.step(token)
        return answer, str(context.initiator_name) if context.complete else None

    return step


def main(kind, certificate=None):
    step = ntlm(certificate) if kind == "ntlm" else kerberos()
    print(json.dumps({"ready": kind}), flush=True)
    for line in sys.stdin:
        try:
            token, account = step(base64.b64decode(line))
            said = {"token": base64.b64encode(token or b"").decode(), "account": account}
        except Exception as error:
            said = {"refused": str(error)}
        print(json.dumps(said), flush=True)


main(*sys.argv[1:])
