namespace ringfence {

int Main(int, char**) { return 0; }

}  // namespace ringfence
