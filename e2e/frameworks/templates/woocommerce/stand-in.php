<?php
/**
 * Plugin Name: Stand-in for WooCommerce (for this test only)
 * Description: Not WooCommerce, which Debian does not have. It defines the functions, fires the hooks and answers the requests that the plugin Sidestream uses, as WooCommerce documents them: products, a cart in a session, the Store API's cart, an order, and the WP Consent API with a banner.
 *
 * @package Sidestream
 */

defined( 'ABSPATH' ) || exit;

class WC_Product {
	private $post;
	public function __construct( $post ) {
		$this->post = $post;
	}
	private function cell( $name ) {
		return (string) get_post_meta( $this->post->ID, $name, true );
	}
	public function get_id() {
		return $this->post->ID;
	}
	public function get_name() {
		return $this->post->post_title;
	}
	public function is_type( $type ) {
		return $this->cell( 'Type' ) === $type;
	}
	public function get_parent_id() {
		return $this->post->post_parent;
	}
	public function get_visible_children() {
		$query = array(
			'post_type'   => 'product_variation',
			'post_parent' => $this->post->ID,
			'numberposts' => -1,
			'orderby'     => 'ID',
			'order'       => 'ASC',
			'fields'      => 'ids',
		);
		return get_posts( $query );
	}
	public function get_price() {
		$children = $this->get_visible_children();
		$price    = '' === $this->cell( 'Sale price' ) ? $this->cell( 'Regular price' ) : $this->cell( 'Sale price' );
		return $children ? wc_get_product( $children[0] )->get_price() : $price;
	}
	public function is_in_stock() {
		return '1' === $this->cell( 'In stock?' );
	}
}

class WC_Stand_In_Session {
	private $name;
	private $values;
	public function __construct() {
		$name = isset( $_COOKIE['stand_in_session'] ) ? sanitize_key( $_COOKIE['stand_in_session'] ) : '';
		if ( '' === $name && ! headers_sent() ) {
			$name = bin2hex( random_bytes( 6 ) );
			setcookie( 'stand_in_session', $name, 0, '/' );
		}
		$this->name   = 'stand_in_' . $name;
		$this->values = (array) get_option( $this->name, array() );
	}
	public function get( $key, $default = null ) {
		return isset( $this->values[ $key ] ) ? $this->values[ $key ] : $default;
	}
	public function set( $key, $value ) {
		$this->values[ $key ] = $value;
		update_option( $this->name, $this->values, false );
	}
}

class WC_Stand_In_Cart {
	public function get_cart() {
		return WC()->session->get( 'cart', array() );
	}
	public function add( $id, $quantity ) {
		$product   = wc_get_product( $id );
		$variation = $product->is_type( 'variation' );
		$cart      = $this->get_cart();
		$pieces    = isset( $cart[ $id ] ) ? $cart[ $id ]['quantity'] : 0;
		$cart[ $id ] = array(
			'product_id'   => $variation ? $product->get_parent_id() : $id,
			'variation_id' => $variation ? $id : 0,
			'quantity'     => $pieces + $quantity,
		);
		$this->set( $cart );
		do_action( 'woocommerce_add_to_cart', (string) $id, $cart[ $id ]['product_id'], $quantity, $cart[ $id ]['variation_id'], array(), array() );
	}
	public function set( $cart ) {
		WC()->session->set( 'cart', $cart );
		if ( ! headers_sent() ) {
			setcookie( 'woocommerce_items_in_cart', $cart ? '1' : '', $cart ? 0 : 1, '/' );
		}
	}
}

class WC_Stand_In_Order_Item {
	private $line;
	public function __construct( $line ) {
		$this->line = $line;
	}
	public function get_product_id() {
		return $this->line['product_id'];
	}
	public function get_variation_id() {
		return $this->line['variation_id'];
	}
	public function get_quantity() {
		return $this->line['quantity'];
	}
}

class WC_Stand_In_Order {
	private $order;
	public function __construct( $order ) {
		$this->order = $order;
	}
	public function has_status( $statuses ) {
		return in_array( $this->order['status'], (array) $statuses, true );
	}
	public function get_items() {
		return array_map(
			function ( $line ) {
				return new WC_Stand_In_Order_Item( $line );
			},
			$this->order['lines']
		);
	}
	public function get_item_total( $item ) {
		return wc_get_product( $item->get_variation_id() ? $item->get_variation_id() : $item->get_product_id() )->get_price();
	}
	public function get_order_key() {
		return $this->order['key'];
	}
	public function get_currency() {
		return 'EUR';
	}
}

function WC() {
	static $shop = null;
	if ( null === $shop ) {
		$shop = (object) array(
			'session' => new WC_Stand_In_Session(),
			'cart'    => new WC_Stand_In_Cart(),
		);
	}
	return $shop;
}
function wc_get_product( $id ) {
	$post = get_post( $id );
	return $post && in_array( $post->post_type, array( 'product', 'product_variation' ), true ) ? new WC_Product( $post ) : false;
}
function wc_get_order( $id ) {
	$order = get_option( 'stand_in_order_' . absint( $id ) );
	return $order ? new WC_Stand_In_Order( $order ) : false;
}
function wc_get_price_to_display( $product ) {
	return $product->get_price();
}
function get_woocommerce_currency() {
	return 'EUR';
}
function is_product() {
	return is_singular( 'product' );
}
function is_woocommerce() {
	return is_product() || is_post_type_archive( 'product' );
}
function is_cart() {
	return is_page( 'cart' );
}
function woocommerce_store_api_register_endpoint_data( $data ) {
	static $registered = array();
	if ( $data ) {
		$registered[] = $data;
	}
	return $registered;
}

WC();
add_action(
	'plugins_loaded',
	function () {
		do_action( 'before_woocommerce_init' );
		do_action( 'woocommerce_blocks_loaded' );
	}
);

add_action(
	'init',
	function () {
		$product = array(
			'public'      => true,
			'label'       => 'Products',
			'has_archive' => 'shop',
			'rewrite'     => array( 'slug' => 'product' ),
		);
		register_post_type( 'product', $product );
		register_post_type( 'product_variation', array( 'public' => false ) );
		add_shortcode( 'woocommerce_cart', 'stand_in_cart' );
		add_shortcode( 'woocommerce_checkout', 'stand_in_checkout' );
	}
);

// A form or a link: ?add-to-cart=101.
add_action(
	'wp_loaded',
	function () {
		if ( ! isset( $_REQUEST['add-to-cart'] ) ) {
			return;
		}
		$id = absint( empty( $_REQUEST['variation_id'] ) ? $_REQUEST['add-to-cart'] : $_REQUEST['variation_id'] );
		WC()->cart->add( $id, isset( $_REQUEST['quantity'] ) ? absint( $_REQUEST['quantity'] ) : 1 );
	}
);

add_filter(
	'the_content',
	function ( $content ) {
		if ( ! is_product() || ! in_the_loop() ) {
			return $content;
		}
		$product = wc_get_product( get_the_ID() );
		ob_start();
		echo '<p class="price">€' . esc_html( $product->get_price() ) . '</p><form class="variations_form cart" method="post">';
		if ( $product->is_type( 'variable' ) ) {
			echo '<select name="variation_id" aria-label="Size">';
			foreach ( $product->get_visible_children() as $id ) {
				echo '<option value="' . esc_attr( $id ) . '">' . esc_html( wc_get_product( $id )->get_name() ) . '</option>';
			}
			echo '</select>';
		}
		echo '<input type="number" name="quantity" value="1" aria-label="Quantity"> <button name="add-to-cart" value="' . esc_attr( $product->get_id() ) . '">Add to cart</button></form>';
		do_action( 'woocommerce_after_single_product_summary' );
		return $content . ob_get_clean();
	}
);

function stand_in_cart() {
	ob_start();
	echo '<ul class="cart-lines">';
	foreach ( WC()->cart->get_cart() as $id => $line ) {
		echo '<li>' . esc_html( get_the_title( $id ) . ' × ' . $line['quantity'] ) . '</li>';
	}
	echo '</ul>';
	do_action( 'woocommerce_after_cart' );
	return ob_get_clean();
}

function stand_in_checkout() {
	ob_start();
	if ( isset( $_GET['order-received'] ) ) {
		echo '<h2>Thank you</h2>';
		do_action( 'woocommerce_thankyou', absint( $_GET['order-received'] ) );
	} else {
		echo '<form method="post"><button name="place-order" value="1">Place order</button></form>';
	}
	return ob_get_clean();
}

add_action(
	'template_redirect',
	function () {
		if ( ! isset( $_POST['place-order'] ) ) {
			return;
		}
		$id    = 1 + (int) get_option( 'stand_in_orders', 500 );
		$order = array(
			'status' => 'processing',
			'lines'  => array_values( WC()->cart->get_cart() ),
			'key'    => 'wc_order_' . wp_generate_password( 13, false ),
		);
		update_option( 'stand_in_orders', $id );
		update_option( 'stand_in_order_' . $id, $order );
		WC()->cart->set( array() );
		wp_safe_redirect( add_query_arg( 'order-received', $id, get_permalink() ) );
		exit;
	}
);

function stand_in_store_cart() {
	$items = array();
	foreach ( WC()->cart->get_cart() as $id => $line ) {
		$extensions = array();
		foreach ( woocommerce_store_api_register_endpoint_data( null ) as $extension ) {
			$extensions[ $extension['namespace'] ] = $extension['data_callback']( $line );
		}
		$items[] = array(
			'key'        => (string) $id,
			'id'         => $id,
			'quantity'   => $line['quantity'],
			'name'       => wc_get_product( $id )->get_name(),
			'prices'     => array(
				'price'               => (string) round( 100 * (float) wc_get_product( $id )->get_price() ),
				'currency_code'       => 'EUR',
				'currency_minor_unit' => 2,
			),
			'extensions' => (object) $extensions,
		);
	}
	$response = rest_ensure_response( array( 'items' => $items ) );
	$response->header( 'Nonce', wp_create_nonce( 'wc_store_api' ) );
	return $response;
}

function stand_in_add_item( $request ) {
	$refused = function ( $code, $message, $status = 400 ) {
		return new WP_Error( $code, $message, array( 'status' => $status ) );
	};
	if ( ! wp_verify_nonce( (string) $request->get_header( 'Nonce' ), 'wc_store_api' ) ) {
		return $refused( 'woocommerce_rest_invalid_nonce', 'Invalid nonce.', 403 );
	}
	$product = wc_get_product( absint( $request['id'] ) );
	if ( ! $product ) {
		return $refused( 'woocommerce_rest_cart_invalid_product', 'This product cannot be added to the cart.' );
	}
	if ( $product->is_type( 'variable' ) ) {
		return $refused( 'woocommerce_rest_missing_variation_data', 'Missing variation data for variable product. Size is a required field' );
	}
	if ( ! $product->is_in_stock() ) {
		$message = sprintf( 'You cannot add &quot;%s&quot; to the cart because the product is out of stock.', $product->get_name() );
		return $refused( 'woocommerce_rest_product_out_of_stock', $message );
	}
	WC()->cart->add( $product->get_id(), absint( $request['quantity'] ) );
	return stand_in_store_cart();
}

add_action(
	'rest_api_init',
	function () {
		$public = array( 'permission_callback' => '__return_true' );
		register_rest_route( 'wc/store/v1', '/cart', $public + array( 'callback' => 'stand_in_store_cart' ) );
		$add = array(
			'methods'  => 'POST',
			'callback' => 'stand_in_add_item',
		);
		register_rest_route( 'wc/store/v1', '/cart/add-item', $public + $add );
	}
);

add_action(
	'wp_enqueue_scripts',
	function () {
		wp_enqueue_script( 'jquery' );
	}
);

// A mini cart, the event of a chosen variation, and the WP Consent API with a banner.
add_action(
	'wp_footer',
	function () {
		?>
		<p>Cart: <output id="mini-cart"></output>
			<button type="button" onclick="wp_set_consent('preferences', 'allow')">Allow</button>
			<button type="button" onclick="wp_set_consent('preferences', 'deny')">Deny</button></p>
		<script>
			window.wp_consent_type = 'optin';
			window.wp_has_consent = (category) => document.cookie.includes(`wp_consent_${category}=allow`);
			window.wp_set_consent = (category, value) => {
				document.cookie = `wp_consent_${category}=${value}; path=/`;
				document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail: Object.assign([], { [category]: value }) }));
			};
			jQuery('.variations_form').on('change', 'select', ({ target }) =>
				jQuery(target).trigger('found_variation', [{ variation_id: Number(target.value), display_price: 15 }]));
			window.refreshed = 0;
			jQuery(document.body).on('wc_fragment_refresh', () => window.refreshed++);
			document.body.addEventListener('wc-blocks_added_to_cart', async () => {
				const cart = await (await fetch(<?php echo wp_json_encode( rest_url( 'wc/store/v1/cart' ) ); ?>)).json();
				document.querySelector('#mini-cart').value = cart.items.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ');
			});
		</script>
		<?php
	},
	1
);
