<?php
/**
 * The settings page: Settings, Sidestream.
 *
 * @package Sidestream
 */

defined( 'ABSPATH' ) || exit;

/** The settings, with defaults. */
function sidestream_settings() {
	$defaults = array(
		'bundle'  => '',
		'scripts' => '',
		'items'   => 'product',
		'places'  => array( 'product' ),
		'consent' => 'wordpress',
	);
	$stored   = get_option( 'sidestream', array() );
	return array_merge( $defaults, is_array( $stored ) ? $stored : array() );
}

/** The settings that are chosen from a list. */
function sidestream_choices() {
	return array(
		'items'   => array(
			'product'   => __( 'a product', 'sidestream' ),
			'variation' => __( 'a variation, because the bundle was built with "variants": true', 'sidestream' ),
		),
		'consent' => array(
			'wordpress' => __( 'the WP Consent API, to which most cookie banners report', 'sidestream' ),
			'google'    => __( 'Google Consent Mode', 'sidestream' ),
			'tcf'       => __( 'IAB TCF', 'sidestream' ),
			'auto'      => __( 'whichever of these is on the page', 'sidestream' ),
			'none'      => __( 'no tool: the theme asks with its own script, or lists forget everything with the page', 'sidestream' ),
		),
		'places'  => array(
			'product' => __( 'similar products below the product', 'sidestream' ),
			'cart'    => __( 'what goes well with the cart, below the cart', 'sidestream' ),
		),
	);
}

add_action( 'admin_init', 'sidestream_admin' );

/** Registers the settings, and proposes a text for the shop's privacy policy. */
function sidestream_admin() {
	$titles = array(
		'bundle'  => __( 'Address of the bundle', 'sidestream' ),
		'scripts' => __( 'Address of the scripts', 'sidestream' ),
		'items'   => __( 'Each item of the bundle is', 'sidestream' ),
		'places'  => __( 'Automatic places', 'sidestream' ),
		'consent' => __( 'The shopper’s answer comes from', 'sidestream' ),
	);
	register_setting( 'sidestream', 'sidestream', array( 'sanitize_callback' => 'sidestream_sanitize' ) );
	add_settings_section( 'sidestream', '', '__return_false', 'sidestream' );
	foreach ( $titles as $name => $title ) {
		$args = array(
			'name'  => $name,
			'title' => $title,
		);
		if ( ! isset( sidestream_choices()[ $name ] ) ) {
			$args['label_for'] = 'sidestream-' . $name;
		}
		add_settings_field( 'sidestream-' . $name, $title, 'sidestream_field', 'sidestream', 'sidestream', $args );
	}
	$policy = __( 'This shop sorts its products by what you look at. Your browser does this itself; nothing about you is sent to the shop or to others. If you agree, your browser remembers it until you withdraw your consent.', 'sidestream' );
	wp_add_privacy_policy_content( 'Sidestream', '<p>' . esc_html( $policy ) . '</p>' );
}

/**
 * Sanitises the settings. A wrong address is refused with a message, and the former one stays.
 *
 * @param mixed $input What the form sent.
 */
function sidestream_sanitize( $input ) {
	$input    = is_array( $input ) ? $input : array();
	$settings = sidestream_settings();
	foreach ( array( 'bundle', 'scripts' ) as $name ) {
		$text    = isset( $input[ $name ] ) && is_string( $input[ $name ] ) ? trim( $input[ $name ] ) : '';
		$address = '' === $text ? '' : esc_url_raw( trailingslashit( $text ), array( 'http', 'https' ) );
		$problem = sidestream_address_problem( $text, $address );
		if ( '' === $problem ) {
			$settings[ $name ] = $address;
		} else {
			add_settings_error( 'sidestream', 'sidestream-' . $name, sprintf( '“%s”: %s', esc_html( $text ), $problem ) );
		}
	}
	foreach ( sidestream_choices() as $name => $choices ) {
		if ( 'places' === $name ) {
			$chosen            = isset( $input[ $name ] ) && is_array( $input[ $name ] ) ? $input[ $name ] : array();
			$settings[ $name ] = array_values( array_intersect( array_keys( $choices ), $chosen ) );
		} elseif ( isset( $input[ $name ] ) && is_string( $input[ $name ] ) && array_key_exists( $input[ $name ], $choices ) ) {
			$settings[ $name ] = $input[ $name ];
		}
	}
	return $settings;
}

/**
 * What is wrong with an address; empty if nothing is.
 *
 * @param string $text    As it was entered.
 * @param string $address Sanitised.
 */
function sidestream_address_problem( $text, $address ) {
	if ( '' === $text ) {
		return '';
	}
	// WordPress would take a mere word for the name of a host.
	if ( '' === $address || ! preg_match( '#^(https?://[^/]|/(?!/))#i', $text ) ) {
		return __( 'An address begins with https:// or, on this host, with a slash.', 'sidestream' );
	}
	if ( wp_parse_url( $address, PHP_URL_QUERY ) || wp_parse_url( $address, PHP_URL_FRAGMENT ) ) {
		return __( 'Enter the address of the folder, without “?” and “#”.', 'sidestream' );
	}
	if ( 0 === stripos( $address, 'http://' ) && 0 === stripos( home_url(), 'https://' ) ) {
		return __( 'A shop with https can only read files with https.', 'sidestream' );
	}
	return '';
}

/**
 * Prints a field.
 *
 * @param array $args Name and title of the setting.
 */
function sidestream_field( $args ) {
	$name    = $args['name'];
	$value   = sidestream_settings()[ $name ];
	$choices = sidestream_choices();
	if ( ! isset( $choices[ $name ] ) ) {
		$hint = 'bundle' === $name
			? __( 'The folder that sidestream build made, such as /bundle/ or https://files.example/bundle/.', 'sidestream' )
			: __( 'The folder lib/cdn of the package, such as /sidestream/. If a folder is on another host, that host must send the header Access-Control-Allow-Origin.', 'sidestream' );
		printf(
			'<input type="text" class="regular-text code" id="sidestream-%1$s" name="sidestream[%1$s]" value="%2$s" aria-describedby="sidestream-%1$s-hint"> <output for="sidestream-%1$s" data-file="%4$s"></output><p class="description" id="sidestream-%1$s-hint">%3$s</p>',
			esc_attr( $name ),
			esc_attr( $value ),
			esc_html( $hint ),
			'bundle' === $name ? 'manifest.json' : 'sidestream.js'
		);
		return;
	}
	printf( '<fieldset><legend class="screen-reader-text">%s</legend>', esc_html( $args['title'] ) );
	foreach ( $choices[ $name ] as $choice => $label ) {
		$many = 'places' === $name;
		printf(
			'<p><label><input type="%s" name="sidestream[%s]%s" value="%s"%s> %s</label></p>',
			$many ? 'checkbox' : 'radio',
			esc_attr( $name ),
			$many ? '[]' : '',
			esc_attr( $choice ),
			checked( in_array( $choice, (array) $value, true ), true, false ),
			esc_html( $label )
		);
	}
	echo '</fieldset>';
}

add_action( 'admin_menu', 'sidestream_menu' );

/** Adds the settings page. */
function sidestream_menu() {
	add_options_page( 'Sidestream', 'Sidestream', 'manage_options', 'sidestream', 'sidestream_settings_page' );
}

/** Prints the settings page. Its nonce and its errors are those of WordPress's settings API. */
function sidestream_settings_page() {
	?>
	<div class="wrap">
		<h1><?php echo esc_html( get_admin_page_title() ); ?></h1>
		<form action="options.php" method="post">
			<?php
			settings_fields( 'sidestream' );
			do_settings_sections( 'sidestream' );
			submit_button();
			?>
		</form>
	</div>
	<?php
	$found   = __( '✓ found', 'sidestream' );
	$missing = __( '✗ cannot be read by pages of this shop', 'sidestream' );
	wp_print_inline_script_tag(
		'for (const output of document.querySelectorAll("output[data-file]")) {
			const { value } = document.getElementById(output.htmlFor);
			if (value) fetch(value + output.dataset.file).then(({ ok }) => ok, () => false).then((ok) => {
				output.value = ok ? ' . wp_json_encode( $found, JSON_HEX_TAG ) . ' : ' . wp_json_encode( $missing, JSON_HEX_TAG ) . ';
			});
		}'
	);
}

// Tells the WP Consent API that this plugin follows it.
add_filter( 'wp_consent_api_registered_' . plugin_basename( dirname( __DIR__ ) . '/sidestream.php' ), '__return_true' );
