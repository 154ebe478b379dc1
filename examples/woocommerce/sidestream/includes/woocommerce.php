<?php
/**
 * What WooCommerce's pages are about. Nothing here runs without WooCommerce, and nothing names the shopper.
 *
 * @package Sidestream
 */

defined( 'ABSPATH' ) || exit;

/** Whether WooCommerce is active. */
function sidestream_has_shop() {
	return function_exists( 'WC' ) && function_exists( 'wc_get_product' );
}

add_action( 'before_woocommerce_init', 'sidestream_declare' );

/** Tells WooCommerce that orders are read only through its functions. */
function sidestream_declare() {
	$features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
	if ( class_exists( $features ) ) {
		$features::declare_compatibility( 'custom_order_tables', dirname( __DIR__ ) . '/sidestream.php', true );
	}
}

/**
 * Id of an item in the bundle: that of the product or, by the setting, that of the variation.
 *
 * @param int $product_id   Id of the product.
 * @param int $variation_id Id of the variation, or 0.
 */
function sidestream_id( $product_id, $variation_id ) {
	return (string) ( $variation_id && 'variation' === sidestream_settings()['items'] ? $variation_id : $product_id );
}

/**
 * The items of a product, as the element's attribute takes them: one id, or a list of its variations as JSON.
 *
 * @param int $product_id Id of the product; 0 for the product of the page.
 */
function sidestream_item_ids( $product_id ) {
	if ( ! sidestream_has_shop() ) {
		return $product_id ? (string) $product_id : '';
	}
	$product = wc_get_product( $product_id ? $product_id : get_queried_object_id() );
	if ( ! $product ) {
		return '';
	}
	$ids = sidestream_ids_of( $product );
	return 1 === count( $ids ) ? $ids[0] : wp_json_encode( $ids );
}

/**
 * The ids of a product in the bundle, of which any stands for the product.
 *
 * @param WC_Product $product Product.
 */
function sidestream_ids_of( $product ) {
	$children = $product->is_type( 'variable' ) && 'variation' === sidestream_settings()['items'] ? $product->get_visible_children() : array();
	return array_map( 'strval', array_slice( $children ? $children : array( $product->get_id() ), 0, 100 ) );
}

/** What the script has to know about the page, beside the lists. */
function sidestream_shop_page() {
	$page    = array();
	$product = is_product() ? wc_get_product( get_queried_object_id() ) : null;
	if ( $product ) {
		$page['product'] = array(
			'id'    => sidestream_ids_of( $product )[0],
			'price' => (float) wc_get_price_to_display( $product ),
		);
	}
	if ( WC()->session && WC()->session->get( 'sidestream_added' ) ) {
		$page['added'] = WC()->session->get( 'sidestream_added' );
		WC()->session->set( 'sidestream_added', null );
	}
	return $page;
}

add_action( 'woocommerce_add_to_cart', 'sidestream_added', 10, 4 );

/**
 * Notes what a form or a link added, for the next page. The script sees additions by other scripts itself.
 *
 * @param string $key          Key of the line.
 * @param int    $product_id   Id of the product.
 * @param float  $quantity     Number of pieces.
 * @param int    $variation_id Id of the variation, or 0.
 */
function sidestream_added( $key, $product_id, $quantity, $variation_id ) {
	if ( wp_doing_ajax() || ( defined( 'REST_REQUEST' ) && REST_REQUEST ) || ! WC()->session ) {
		return;
	}
	$added   = (array) WC()->session->get( 'sidestream_added', array() );
	$added[] = array(
		'id'       => sidestream_id( $product_id, $variation_id ),
		'quantity' => (float) $quantity,
	);
	WC()->session->set( 'sidestream_added', $added );
}

add_action( 'woocommerce_thankyou', 'sidestream_purchase' );

/**
 * Passes the products of an order to the shopper's own browser. The order has a name that says nothing about it, by which the
 * browser counts it once.
 *
 * @param int $order_id Id of the order.
 */
function sidestream_purchase( $order_id ) {
	$order = wc_get_order( $order_id );
	if ( ! $order || $order->has_status( array( 'failed', 'cancelled' ) ) ) {
		return;
	}
	$lines = array();
	foreach ( $order->get_items() as $item ) {
		$lines[] = array(
			'id'       => sidestream_id( $item->get_product_id(), $item->get_variation_id() ),
			'quantity' => (float) $item->get_quantity(),
			'price'    => (float) $order->get_item_total( $item, true ),
		);
	}
	sidestream_page(
		'purchase',
		array(
			'transaction' => substr( wp_hash( 'sidestream' . $order->get_order_key() ), 0, 16 ),
			'currency'    => $order->get_currency(),
			'lines'       => $lines,
		)
	);
}

add_action( 'woocommerce_blocks_loaded', 'sidestream_extend_cart' );

/** Adds the id of the item to the lines of the Store API's cart, which has no id of the product beside that of its variation. */
function sidestream_extend_cart() {
	if ( ! function_exists( 'woocommerce_store_api_register_endpoint_data' ) ) {
		return;
	}
	woocommerce_store_api_register_endpoint_data(
		array(
			'endpoint'        => 'cart-item',
			'namespace'       => 'sidestream',
			'data_callback'   => function ( $line ) {
				return array( 'id' => sidestream_id( $line['product_id'], $line['variation_id'] ) );
			},
			'schema_callback' => function () {
				return array(
					'id' => array(
						'description' => __( 'Id of the item in the bundle.', 'sidestream' ),
						'type'        => 'string',
						'readonly'    => true,
					),
				);
			},
			'schema_type'     => ARRAY_A,
		)
	);
}

add_action( 'woocommerce_after_single_product_summary', 'sidestream_below_product', 15 );
add_action( 'woocommerce_after_cart', 'sidestream_below_cart' );
add_filter( 'render_block_woocommerce/cart', 'sidestream_below_cart_block' );

/**
 * The list of an automatic place; empty if the place is switched off.
 *
 * @param string $place     Name of the place.
 * @param string $placement Kind of list.
 */
function sidestream_automatic( $place, $placement ) {
	return in_array( $place, sidestream_settings()['places'], true ) ? sidestream_shortcode( array( 'placement' => $placement ) ) : '';
}

/** Below the product, before WooCommerce's related products. */
function sidestream_below_product() {
	echo sidestream_automatic( 'product', 'similar' ); // phpcs:ignore WordPress.Security.EscapeOutput -- sidestream_list() escapes.
}

/** Below the cart of a classic theme. */
function sidestream_below_cart() {
	echo sidestream_automatic( 'cart', 'cart' ); // phpcs:ignore WordPress.Security.EscapeOutput -- sidestream_list() escapes.
}

/**
 * Below the cart block.
 *
 * @param string $html The block.
 */
function sidestream_below_cart_block( $html ) {
	return $html . sidestream_automatic( 'cart', 'cart' );
}
