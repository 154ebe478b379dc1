<?php
/**
 * Installs WordPress with the products of products.csv: php setup.php <site> <address> <products.csv>.
 *
 * @package Sidestream
 */

list( , $folder, $address, $products ) = $argv;
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST']       = wp_host( $address );
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
require_once $folder . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

function wp_host( $address ) {
	return parse_url( $address, PHP_URL_HOST ) . ':' . parse_url( $address, PHP_URL_PORT );
}

wp_install( 'Tea and table', 'admin', 'owner@shop.example', false, '', 'secret' );
update_option( 'siteurl', $address );
update_option( 'home', $address );
update_option( 'permalink_structure', '/%postname%/' );
activate_plugin( 'stand-in/stand-in.php' );

$file = fopen( $products, 'r' );
$head = fgetcsv( $file );
$ids  = array();
while ( $cells = fgetcsv( $file ) ) {
	$row                = array_combine( $head, $cells );
	$ids[ $row['SKU'] ] = (int) $row['ID'];
	wp_insert_post(
		array(
			'import_id'    => (int) $row['ID'],
			'post_type'    => 'variation' === $row['Type'] ? 'product_variation' : 'product',
			'post_parent'  => '' === $row['Parent'] ? 0 : $ids[ $row['Parent'] ],
			'post_title'   => $row['Name'],
			'post_content' => $row['Description'],
			'post_status'  => '1' === $row['Published'] ? 'publish' : 'draft',
			'meta_input'   => $row,
		)
	);
}
foreach ( array( 'Cart', 'Checkout' ) as $title ) {
	wp_insert_post(
		array(
			'post_type'    => 'page',
			'post_title'   => $title,
			'post_content' => '[woocommerce_' . strtolower( $title ) . ']',
			'post_status'  => 'publish',
		)
	);
}
delete_option( 'rewrite_rules' );
