package io.troupe.transport;

/**
 * What went wrong since the start, counted. All zero is the normal state of a quiet cluster.
 *
 * @param protocolErrors   connections closed because their bytes were no frames
 * @param tlsFailures      connections on which TLS failed: no TLS at the other end, a certificate refused by it or by
 *     us
 * @param refusals         handshakes refused, by us or by the other node; crossing dials do not count
 * @param handlerFailures  frames whose handler threw
 * @param droppedFrames    frames that were not known to have arrived when their session ended
 * @param turnedAway       connections closed for a newer one because too many were without a handshake
 * @param lateWakeUps      times the agent found frames only because its timer rang, and nobody woke it soon after: a
 *     lost wake-up, which is a defect, unless the thread that offered them stood still just then
 * @param stalledLinks     connections given up because the other end read nothing while the ring was full
 * @param openedCircuits   times the circuit of a link opened
 */
public record TransportCounters(
        long protocolErrors,
        long tlsFailures,
        long refusals,
        long handlerFailures,
        long droppedFrames,
        long turnedAway,
        long lateWakeUps,
        long stalledLinks,
        long openedCircuits) {}
