package io.troupe.transport;

import java.nio.file.Path;

/**
 * Where a node's certificate, its key and the authorities it trusts are kept, in PEM. The files may be replaced while
 * the node runs; connections made after that use the new ones.
 *
 * @param certificate this node's certificate, followed by those between it and the authority, if there are any
 * @param key         the certificate's private key: PKCS #8, not encrypted, readable by this user only
 * @param trust       the certificates of the authorities that issue those of the nodes, the same on every node
 */
public record TlsFiles(Path certificate, Path key, Path trust) {}
