<?php
/**
 * Deletes the settings. Nothing else is stored on the server.
 *
 * @package Sidestream
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'sidestream' );
