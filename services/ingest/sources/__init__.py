"""How sources are read: one kind a file, one line each in the registry.

In: a source's spec, the validators of its last reading, the means to reach it. Out: documents in the shape of a pushed
article, and validators for the next time. A kind to add: write its file, add its line to `READERS`, and the contract
suite in `tests/ingest/sources` picks it up.
"""

from services.ingest.sources.federal_register import FederalRegisterReader
from services.ingest.sources.feed import FeedReader
from services.ingest.sources.file import FileReader
from services.ingest.sources.folder import FolderReader
from services.ingest.sources.gdelt import GdeltReader
from services.ingest.sources.json_list import JsonListReader
from services.ingest.sources.page import PageReader
from services.ingest.sources.push import PushReader
from services.ingest.sources.reader import SourceReader
from services.ingest.sources.sanctions_list import SanctionsListReader
from services.ingest.sources.sitemap import SitemapReader
from services.ingest.spec import SourceType

READERS: dict[SourceType, SourceReader] = {
    SourceType.FEED: FeedReader(),
    SourceType.SITEMAP: SitemapReader(),
    SourceType.GDELT: GdeltReader(),
    SourceType.FEDERAL_REGISTER: FederalRegisterReader(),
    SourceType.JSON_LIST: JsonListReader(),
    SourceType.PAGE: PageReader(),
    SourceType.SANCTIONS_LIST: SanctionsListReader(),
    SourceType.FILE: FileReader(),
    SourceType.FOLDER: FolderReader(),
    SourceType.PUSH: PushReader(),
}
