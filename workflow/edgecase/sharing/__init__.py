"""A run on several machines: shares of its cells, their merge, and an archive of what came out.

Nothing here loads torch.
"""

#: the member of an archive that lists the others; it stays in `results/<run>` where it is unpacked.
MANIFEST = "archive.json"
#: the member that describes the others as an RO-Crate; its paths hold beside the archive's folders.
CRATE = "ro-crate-metadata.json"
