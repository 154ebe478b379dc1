<?php
/**
 * Plugin Name:       Sidestream recommendations
 * Description:       Product recommendations that are computed in the shopper's browser: a block, a shortcode and WooCommerce's pages.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * Text Domain:       sidestream
 *
 * @package Sidestream
 */

defined( 'ABSPATH' ) || exit;

define( 'SIDESTREAM_VERSION', '1.0.0' );

require_once __DIR__ . '/includes/settings.php';
require_once __DIR__ . '/includes/woocommerce.php';

/** Kinds of lists, with the names that the block's editor shows. */
function sidestream_placements() {
	return array(
		'for-you'    => __( 'For you', 'sidestream' ),
		'similar'    => __( 'Similar to the product', 'sidestream' ),
		'complement' => __( 'Goes well with the product', 'sidestream' ),
		'cart'       => __( 'Goes well with the cart', 'sidestream' ),
		'trending'   => __( 'Popular now', 'sidestream' ),
		'recent'     => __( 'Recently viewed', 'sidestream' ),
		'again'      => __( 'Buy again', 'sidestream' ),
	);
}

/** Layouts of a list. */
function sidestream_layouts() {
	return array(
		'row'    => __( 'One row', 'sidestream' ),
		'grid'   => __( 'Grid', 'sidestream' ),
		'bundle' => __( 'Bundle with the product', 'sidestream' ),
	);
}

add_action( 'init', 'sidestream_register' );

/** Registers the block and the shortcode. */
function sidestream_register() {
	$uses = array( 'wp-blocks', 'wp-block-editor', 'wp-components', 'wp-element', 'wp-i18n' );
	wp_register_script( 'sidestream-block', plugins_url( 'block.js', __FILE__ ), $uses, SIDESTREAM_VERSION, true );
	wp_set_script_translations( 'sidestream-block', 'sidestream' );
	$choices = array(
		'placements' => sidestream_placements(),
		'layouts'    => sidestream_layouts(),
		'ready'      => '' !== sidestream_settings()['bundle'],
	);
	wp_add_inline_script( 'sidestream-block', 'window.sidestreamBlock = ' . wp_json_encode( $choices, JSON_HEX_TAG ) . ';', 'before' );
	register_block_type( __DIR__, array( 'render_callback' => 'sidestream_block' ) );
	add_shortcode( 'sidestream_recs', 'sidestream_shortcode' );
}

/**
 * Renders the block.
 *
 * @param array    $attributes Attributes of the block.
 * @param string   $content    Not used.
 * @param WP_Block $block      The block, whose context names the post.
 */
function sidestream_block( $attributes, $content, $block ) {
	$list = sidestream_list(
		array(
			'placement'   => $attributes['placement'],
			'heading'     => $attributes['heading'],
			'limit'       => $attributes['limit'],
			'layout'      => $attributes['layout'],
			'add_to_cart' => $attributes['addToCart'],
			'dismissible' => $attributes['dismissible'],
			'product'     => isset( $block->context['postId'] ) ? $block->context['postId'] : 0,
		)
	);
	return '' === $list ? '' : sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $list );
}

/**
 * Renders [sidestream_recs placement="similar" heading="…" limit="8" layout="row" add_to_cart="no" dismissible="no" product="12"].
 *
 * @param array|string $attributes Attributes of the shortcode.
 */
function sidestream_shortcode( $attributes ) {
	$defaults = array(
		'placement'   => 'for-you',
		'heading'     => '',
		'limit'       => 8,
		'layout'      => 'row',
		'add_to_cart' => 'yes',
		'dismissible' => 'yes',
		'product'     => 0,
	);
	return sidestream_list( shortcode_atts( $defaults, $attributes, 'sidestream_recs' ) );
}

/**
 * The markup of a list. Whether and what it shows is decided in the shopper's browser, so that page caches may keep it.
 *
 * @param array $list Values of the list, from whoever writes posts.
 */
function sidestream_list( $list ) {
	$settings = sidestream_settings();
	if ( is_feed() ) {
		return '';
	}
	if ( '' === $settings['bundle'] ) {
		/* translators: %s: address of the settings page. */
		$text = __( 'Sidestream: enter the address of the bundle in the <a href="%s">settings</a>. Only you see this.', 'sidestream' );
		$hint = sprintf( '<p>' . $text . '</p>', esc_url( admin_url( 'options-general.php?page=sidestream' ) ) );
		return current_user_can( 'manage_options' ) ? wp_kses_post( $hint ) : '';
	}
	$placement  = array_key_exists( $list['placement'], sidestream_placements() ) ? $list['placement'] : 'for-you';
	$about      = in_array( $placement, array( 'similar', 'complement' ), true ) || 'bundle' === $list['layout'];
	$add        = sidestream_has_shop() && wp_validate_boolean( 'no' === $list['add_to_cart'] ? false : $list['add_to_cart'] );
	$attributes = array(
		'bundle'               => $settings['bundle'],
		'consent'              => 'none' === $settings['consent'] ? '' : $settings['consent'],
		'placement'            => 'cart' === $placement ? 'complement' : $placement,
		'heading'              => sanitize_text_field( $list['heading'] ),
		'limit'                => min( 24, max( 1, absint( $list['limit'] ) ) ),
		'layout'               => array_key_exists( $list['layout'], sidestream_layouts() ) ? $list['layout'] : 'row',
		'item-id'              => $about ? sidestream_item_ids( absint( $list['product'] ) ) : '',
		'currency'             => sidestream_has_shop() ? get_woocommerce_currency() : '',
		'data-sidestream-cart' => 'cart' === $placement,
		'add-to-cart'          => $add,
		'variant-choice'       => $add && 'variation' === $settings['items'],
		'dismissible'          => wp_validate_boolean( 'no' === $list['dismissible'] ? false : $list['dismissible'] ),
	);
	$markup     = '';
	foreach ( $attributes as $name => $value ) {
		if ( true === $value ) {
			$markup .= ' ' . $name;
		} elseif ( false !== $value && '' !== $value ) {
			$markup .= sprintf( ' %s="%s"', $name, 'bundle' === $name ? esc_url( $value ) : esc_attr( $value ) );
		}
	}
	sidestream_page( 'list', true );
	return '<div class="sidestream"><sidestream-recs' . $markup . '></sidestream-recs><p class="sidestream-message" role="alert" hidden></p></div>';
}

/**
 * Notes what the page is about, for the script that connects it.
 *
 * @param string $name  Name of a value, or empty to only read all of them.
 * @param mixed  $value Value.
 */
function sidestream_page( $name = '', $value = null ) {
	static $page = array();
	if ( '' !== $name ) {
		$page[ $name ] = $value;
	}
	return $page;
}

add_action( 'wp_footer', 'sidestream_scripts', 5 );

/** Prints the scripts on pages that have a list or are the shop's. */
function sidestream_scripts() {
	$settings = sidestream_settings();
	$page     = sidestream_page();
	$of_shop  = sidestream_has_shop() && ( is_woocommerce() || is_cart() );
	if ( '' === $settings['bundle'] || ( array() === $page && ! $of_shop ) ) {
		return;
	}
	$page = array_merge(
		array(
			'bundle'   => $settings['bundle'],
			'scripts'  => $settings['scripts'],
			'consent'  => $settings['consent'],
			'items'    => $settings['items'],
			'store'    => sidestream_has_shop() ? rest_url( 'wc/store/v1/' ) : '',
			'currency' => sidestream_has_shop() ? get_woocommerce_currency() : '',
		),
		$page,
		sidestream_has_shop() ? sidestream_shop_page() : array()
	);
	wp_print_inline_script_tag(
		wp_json_encode( $page, JSON_HEX_TAG | JSON_HEX_AMP ),
		array(
			'type' => 'application/json',
			'id'   => 'sidestream-page',
		)
	);
	$connect = add_query_arg( 'ver', SIDESTREAM_VERSION, plugins_url( 'connect.js', __FILE__ ) );
	foreach ( array( $settings['scripts'] . 'sidestream.js', $connect ) as $address ) {
		wp_print_script_tag(
			array(
				'type' => 'module',
				'src'  => esc_url( $address ),
			)
		);
	}
}
