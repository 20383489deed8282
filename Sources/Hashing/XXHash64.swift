import CXXHash
