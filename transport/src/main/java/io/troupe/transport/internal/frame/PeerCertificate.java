package io.troupe.transport.internal.frame;

import java.util.List;

/**
 * What the certificate of the other end says, which an authority that this node trusts has issued.
 *
 * @param subject whom it is for, for a person
 * @param uris    the nodes it names, as URIs
 */
public record PeerCertificate(String subject, List<String> uris) {}
