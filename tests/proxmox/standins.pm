package standins;

# Stands for what Proxmox has in Rust, or in packages whose sources are not there: whatever is asked of it
# says nothing. Only second factors and ACME's plugins must be a little more than that.
use strict;
use warnings;
no strict 'refs';

my %forced = map { $_ => 1 } qw(PVE::RS::Firewall::SDN PVE::RS::TFA PVE::ACME::Challenge PVE::ACME::StandAlone
    PVE::ACME::DNSChallenge);

my %own = (
    'PVE::RS::TFA' => sub {
        *{'PVE::RS::TFA::users'} = sub { [] };
        *{'PVE::RS::TFA::write'} = sub { '' };
        *{'PVE::RS::TFA::api_list_tfa'} = sub { [] };
        *{'PVE::RS::TFA::api_list_user_tfa'} = sub { [] };
    },
    'PVE::ACME::Challenge' => sub {
        my $options = { map { $_ => { type => 'string', optional => 1 } } qw(data api disable nodes) };
        my $private = { propertyList => { type => { type => 'string' }, id => { type => 'string' }, %$options } };
        @{'PVE::ACME::Challenge::ISA'} = ('PVE::SectionConfig');
        *{'PVE::ACME::Challenge::private'} = sub { $private };
        *{'PVE::ACME::Challenge::options'} =
            sub { return { map { $_ => { optional => 1 } } keys %$options } };
        *{'PVE::ACME::Challenge::properties'} = sub { return {} };
        for my $type (qw(StandAlone DNSChallenge)) {
            @{"PVE::ACME::${type}::ISA"} = ('PVE::ACME::Challenge');
            *{"PVE::ACME::${type}::type"} = sub { $type };
        }
    },
);

sub stand_in {
    my ($package) = @_;
    if (my $own = $own{$package}) {
        require PVE::SectionConfig;
        $own->();
    }
    if ($package !~ /^PVE::ACME::/) {
        *{"${package}::AUTOLOAD"} = sub { return undef };
        *{"${package}::DESTROY"} = sub { };
        *{"${package}::new"} = sub { return bless {}, shift };
        *{"${package}::import"} = sub {
            my (undef, @names) = @_;
            my $caller = caller;
            *{"${caller}::$_"} = sub { return undef } for grep { /^\w+$/ } @names;
        };
    }
    my $source = "package $package; 1;\n";
    open(my $file, '<', \$source) or die "cannot stand in for $package: $!\n";
    return $file;
}

sub package_of {
    my ($file) = @_;
    return ($file =~ s/\.pm$//r) =~ s{/}{::}gr;
}

unshift @INC, sub { my $package = package_of($_[1]); return $forced{$package} ? stand_in($package) : () };
push @INC, sub { my $package = package_of($_[1]); return $package =~ /^(?:PVE|Proxmox)::/ ? stand_in($package) : () };

1;
