package io.troupe.cluster;

/** What is promised about how often a message takes effect. Order is promised within one guarantee only. */
public enum DeliveryGuarantee {
    /** Zero or one run, no acknowledgement: nothing is kept and nothing is sent twice. */
    AT_MOST_ONCE,
    /** One run or more while the sender's node lives; first runs keep the order of sending. */
    AT_LEAST_ONCE,
    /** One effect on a durable entity; on a volatile one no second run within one activation. */
    EXACTLY_ONCE
}
