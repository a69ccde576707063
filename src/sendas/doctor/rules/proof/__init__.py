"""What mail that was really sent showed, hop by hop."""
