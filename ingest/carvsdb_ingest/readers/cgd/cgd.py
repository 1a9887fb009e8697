"""CGD files: the format of Systre, the RCSR and published models of amorphous networks."""

from carvsdb.errors import InputError
from carvsdb_ingest.files.text_file import TextFile
from carvsdb_ingest.readers.cgd.blocks import read_header, split_blocks
from carvsdb_ingest.readers.cgd.crystal import read_crystal
from carvsdb_ingest.readers.cgd.periodic_graph import read_periodic_graph
from carvsdb_ingest.readers.item import FileOptions, FoundNet


def read_cgd(file: TextFile, options: FileOptions) -> list[FoundNet]:
    """Read all nets of a CGD file, in their order.

    Raises
    ------
    InputError
        With file and line, for whatever cannot be read; if `options.strict`, also for a declared degree that
        does not match.
    """
    header = read_header(file)
    found = []
    for block in split_blocks(file):
        parameters: dict[str, object] = {}
        quality: list[str] = []
        rule = "edges of the file"
        if block.sort == "CRYSTAL":
            parameters["tolerance"] = options.tolerance
            net, quality, line = read_crystal(file, block, options.tolerance)
            if "edge" not in block.entries:
                rule = "nearest neighbours by degree"
            if options.strict and line:
                raise InputError(quality[-1], path=file.path, line=line)
        else:
            net = read_periodic_graph(file, block)
        found.append(
            FoundNet(
                net=net,
                line=block.line,
                bond_rule=rule,
                parameters=parameters,
                quality=(*header.quality, *block.doubts, *quality),
                kind=header.kind,
                provenance=dict(header.provenance),
            )
        )
    return found
