package io.troupe.demo;

import java.util.List;

import io.troupe.demo.input.BadInputException;

/**
 * What one run of the orders does, checked.
 *
 * @param launch   the nodes
 * @param mode     the guarantee of every message
 * @param inFlight most messages sent and not yet acknowledged
 * @param stock    true to send every line to its stock item as well
 * @param fault    what else goes wrong
 * @param nodeJvm  further JVM flags of the nodes
 */
record DemoOptions(LaunchOptions launch, Mode mode, int inFlight, boolean stock, Fault fault, List<String> nodeJvm) {
    private static final int MAX_IN_FLIGHT = 1_000_000;

    DemoOptions {
        nodeJvm = List.copyOf(nodeJvm);
        if (inFlight < 1 || inFlight > MAX_IN_FLIGHT) {
            throw new BadInputException("--in-flight must be 1 to " + MAX_IN_FLIGHT + ", but was " + inFlight);
        }
    }
}
