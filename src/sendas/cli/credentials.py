"""``sendas credentials``: what can send, who holds a copy, and replacing it without a gap."""

from sendas.cli import credentials_audit, credentials_list, credentials_rotate, new_app


app = new_app(no_args_is_help=True)


@app.callback()
def credentials() -> None:
    """What can send as your domain, and who holds a copy of its password.

    Example: sendas credentials list --long
    """


app.command("list")(credentials_list.command)
app.command("rotate")(credentials_rotate.rotate)
app.command("audit")(credentials_audit.command)
