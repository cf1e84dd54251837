package io.troupe.transport.internal.frame;

/** Why a link is refused. */
public enum RefusalCode {
    /** The two nodes speak different versions. */
    PROTOCOL(1),
    /** Cluster name or seed list differ. */
    IDENTITY(2),
    /** A node reached itself, or a namesake. */
    SELF(3),
    /** The address belongs to another node than the dialler thinks. */
    WRONG_NODE(4),
    /** The link dialled by the node with the smaller id is already under way: nothing is wrong. */
    DUPLICATE(5),
    /** The node knows as many others as it may. */
    FULL(6),
    /** One node has a secret, or another one than the other. */
    SECRET(7),
    /** The certificate is that of another node. */
    CERTIFICATE(8);

    /** The byte on the wire: part of the protocol, never given to another reason. */
    private final int wire;

    RefusalCode(int wire) {
        this.wire = wire;
    }

    int wire() {
        return wire;
    }

    static RefusalCode of(int wire) throws FramingException {
        for (RefusalCode code : values()) {
            if (code.wire == wire) {
                return code;
            }
        }
        throw new FramingException("refusal code " + wire + " is unknown");
    }

    /**
     * The reason for a person, the same text on both ends.
     *
     * @param accepting the node that was dialled
     * @param dialling  the node that dialled
     * @return what is wrong and what to change
     */
    public String reason(Hello accepting, Hello dialling) {
        String a = accepting.nodeId();
        String d = dialling.nodeId();
        return switch (this) {
            case PROTOCOL ->
                "node " + a + " speaks protocol " + accepting.protocol() + ", node " + d + " protocol "
                        + dialling.protocol() + ": run the same Troupe version on both";
            case IDENTITY ->
                "node " + a + " and node " + d + " disagree about the cluster: " + a + " says \""
                        + accepting.identity() + "\", " + d + " says \"" + dialling.identity()
                        + "\": give both the same cluster name and seed list";
            case SELF ->
                "node " + d + " dialled a node of the same id: give every node an id of its own, and no node its own"
                        + " address";
            case WRONG_NODE ->
                "node " + d + " dialled node " + dialling.to() + " but reached node " + a + ": correct the address of "
                        + dialling.to();
            case DUPLICATE -> "nodes " + a + " and " + d + " dialled each other; one link is enough";
            case SECRET -> secret(accepting, dialling);
            case CERTIFICATE ->
                "node " + a + " says that the certificate of node " + d + " does not name " + d + ": give node " + d
                        + " its own certificate";
            case FULL -> "node " + a + " knows as many nodes as it may: raise maxLinks";
        };
    }

    private static String secret(Hello accepting, Hello dialling) {
        String a = accepting.nodeId();
        String d = dialling.nodeId();
        if (accepting.hasSecret() && dialling.hasSecret()) {
            return "nodes " + a + " and " + d + " have different cluster secrets: give every node the same";
        }
        return "node " + (accepting.hasSecret() ? a : d) + " has a cluster secret and node "
                + (accepting.hasSecret() ? d : a) + " has none: give every node the same";
    }
}
