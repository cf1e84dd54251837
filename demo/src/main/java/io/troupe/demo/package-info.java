/**
 * The runnable showcase: starts nodes as processes, sends orders, kills a node, and compares every entity at the end.
 * Only DemoClient, NodeMain, and Account know the product; everything else would fit any other cluster.
 * Start at {@link io.troupe.demo.Main}, then DemoRun.
 */
@NullMarked
package io.troupe.demo;

import org.jspecify.annotations.NullMarked;
