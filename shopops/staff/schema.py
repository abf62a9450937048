"""The OpenAPI document. No page that draws it: that would load scripts from elsewhere."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularAPIView

from shopops.staff.api import IsSignedIn


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the document about our tokens."""

    target_class = "shopops.staff.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SchemaView(SpectacularAPIView):
    """Gives the document to anybody who is somebody here."""

    permission_classes = [IsSignedIn]
